import { Skeleton } from "@/components/ui/skeleton";

/** The shape of a payment while it is read. */
export default function PaymentLoading() {
  return (
    <div className="flex flex-col gap-6" aria-busy>
      <Skeleton className="mt-11 h-15 w-60" />
      <Skeleton className="h-17 rounded-card" />
      <div className="grid gap-6 lg:grid-cols-2">
        <Skeleton className="h-80 rounded-card" />
        <Skeleton className="h-80 rounded-card" />
      </div>
    </div>
  );
}
