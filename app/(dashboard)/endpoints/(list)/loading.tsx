import { PageHead } from "@/components/ui/page-head";
import { SkeletonRows } from "@/components/ui/skeleton";

/** The shape of the list while it is read. */
export default function EndpointsLoading() {
  return (
    <>
      <PageHead title="Endpoints" />
      <SkeletonRows rows={5} />
    </>
  );
}
