"use client";

import { Activity, ChevronsUpDown, LogOut, Settings } from "lucide-react";
import { signOut } from "next-auth/react";
import { Menu, MenuItem, MenuLink, MenuSeparator } from "@/components/ui/menu";

/** Who sells here and who is at work; leads to the settings and out, and an operator to how the whole of it does. */
export function AccountMenu({
  merchantName,
  person,
  operator,
}: {
  merchantName: string;
  person: string;
  operator: boolean;
}) {
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-11 w-full items-center gap-2.5 rounded-control px-1.5 text-left transition-colors duration-100 hover:bg-sunken sm:max-lg:justify-center"
        >
          <span
            aria-hidden
            className="flex size-7 shrink-0 items-center justify-center rounded-control bg-accent text-small font-semibold text-accent-ink uppercase"
          >
            {[...merchantName][0]}
          </span>
          <span className="min-w-0 flex-1 sm:max-lg:sr-only">
            <span className="block truncate leading-5 font-medium">{merchantName}</span>
            {person !== merchantName && (
              <span className="block truncate text-small leading-4 text-muted">{person}</span>
            )}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted sm:max-lg:hidden" />
        </button>
      }
    >
      <MenuLink href="/settings">
        <Settings aria-hidden />
        Settings
      </MenuLink>
      {operator && (
        <MenuLink href="/operator">
          <Activity aria-hidden />
          Operator
        </MenuLink>
      )}
      <MenuSeparator />
      <MenuItem onClick={() => signOut({ callbackUrl: "/sign-in" })}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
}
