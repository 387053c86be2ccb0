"use client";

import { usePathname } from "next/navigation";
import { Tabs } from "@/components/ui/tabs";

const SECTIONS = [
  { href: "/settings", label: "Profile" },
  { href: "/settings/password", label: "Password" },
  { href: "/settings/wallets", label: "Wallets" },
  { href: "/settings/api-keys", label: "API keys" },
  { href: "/settings/time-zone", label: "Time zone" },
];

/** The sections of the settings as links. */
export function SettingsTabs() {
  const path = usePathname();
  return (
    <Tabs
      label="Settings"
      tabs={SECTIONS.map((section) => ({ ...section, current: section.href === path }))}
    />
  );
}
