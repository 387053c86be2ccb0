// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A contract that pays (ERC-1271): it approves what its owner signed, and can be told to misbehave, for tests.
contract ContractWallet {
    enum Temper {
        Honest,
        Refusing,
        Burning
    }

    address public immutable owner;
    Temper public temper;

    constructor(address owner_) {
        owner = owner_;
    }

    /// Changes how it answers from now on: rightly, never, or by burning all gas it is given.
    function become(Temper temper_) external {
        temper = temper_;
    }

    /// The signature is r, s, v of the owner, followed by any bytes: contract wallets' signatures vary in length.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        while (temper == Temper.Burning) {}
        bool approved = temper == Temper.Honest && signature.length >= 65
            && ecrecover(hash, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64])) == owner;
        return approved ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
