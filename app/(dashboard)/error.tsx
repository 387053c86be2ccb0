"use client";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** What stands in place of a page that could not be read. */
export default function DashboardError({ retry }: { retry: () => void }) {
  return (
    <Notice
      tone="danger"
      title="This page could not be read"
      action={<Button onClick={retry}>Try again</Button>}
    >
      Nothing happened to your money: payments are taken and settled apart from this page.
    </Notice>
  );
}
