import { SearchX } from "lucide-react";
import { Empty } from "@/components/ui/empty";

/** What stands at the address of something that is not for sale. */
export default function NothingForSale() {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-4 py-8">
      <Empty icon={SearchX} title="Nothing is sold here">
        Check the link with whoever gave it to you: the seller may have removed it. Nothing was charged.
      </Empty>
    </main>
  );
}
