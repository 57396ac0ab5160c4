import { Text } from "@mantine/core";
import { Link } from "react-router";
import { PageHead } from "../components/PageHead.tsx";

export function NotFoundPage({ what = "page" }: { what?: string }) {
  return (
    <>
      <PageHead title={`No such ${what}`} />
      <Text size="sm" data-testid="not-found">
        It may have been deleted.{" "}
        <Link to="/" className="link">
          All scenarios
        </Link>{" "}
        ·{" "}
        <Link to="/runs" className="link">
          all runs
        </Link>
      </Text>
    </>
  );
}
