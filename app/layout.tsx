import "./globals.css";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Toaster } from "@/components/ui/toast";

/** The title of a page that names none, the frame of those that do, and the one sentence about the product. */
export const metadata: Metadata = {
  title: { default: "Farebox", template: "%s · Farebox" },
  description:
    "Put a price on any HTTP endpoint. Agents, programs and people pay it per call, straight to you.",
};

/** A build knows no configuration and no database, so no page is made ahead of its request. */
export const dynamic = "force-dynamic";

/** Both colour schemes are drawn. */
export const viewport: Viewport = { colorScheme: "light dark" };

/** The document around every page. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <Toaster>{children}</Toaster>
      </body>
    </html>
  );
}
