// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A token with the oddities of some real ones, for tests: a used nonce is passed over in silence, and every transfer
/// loses a hundredth on the way. It believes every signature.
contract OddUsdc {
    mapping(address account => uint256) public balanceOf;
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    function mint(address to, uint256 value) external returns (bool) {
        balanceOf[to] += value;
        return true;
    }

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32 nonce,
        uint8,
        bytes32,
        bytes32
    ) external {
        if (authorizationState[from][nonce]) return;
        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);
        uint256 fee = value / 100;
        _transfer(from, to, value - fee);
        _transfer(from, address(this), fee);
    }

    function _transfer(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
