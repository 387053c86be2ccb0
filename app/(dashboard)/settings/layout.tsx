import type { ReactNode } from "react";
import { PageHead } from "@/components/ui/page-head";
import { SettingsTabs } from "./settings-tabs";

/** The frame of the settings: each section has its own address. */
export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHead title="Settings" />
      <div className="mb-6 border-b border-line">
        <SettingsTabs />
      </div>
      <div className="max-w-xl">{children}</div>
    </>
  );
}
