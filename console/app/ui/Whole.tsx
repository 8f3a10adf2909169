import { Link, useRouter } from '@tanstack/react-router';
import { Button } from 'antd';
import { paths } from '../paths';
import { useWords } from '../words';
import { Page } from './Page';
import { Trouble } from './Trouble';

// What stands in the place of a whole page.

/** Until a page is there; the router shows it after 150 ms. */
export function Loading() {
  const words = useWords();
  return (
    <div className="page" role="status" aria-label={words.app.loading}>
      <div className="bone bone-title" />
      <div className="bone bone-line" />
      <div className="bone bone-block" />
    </div>
  );
}

/** A page that failed while it was drawn, or whose code or session did not come. */
export function Broken({ error }: { error: unknown }) {
  const words = useWords();
  const router = useRouter();
  return (
    <Page title={words.app.broken}>
      <Trouble error={error instanceof Error ? error : new Error(String(error))} again={() => router.invalidate()} />
    </Page>
  );
}

export function UnknownPage() {
  const words = useWords();
  return (
    <Page title={words.app.unknownPage}>
      <p>{words.app.unknownPageText}</p>
      <Link to={paths.start}>
        <Button type="primary" tabIndex={-1}>
          {words.app.toOverview}
        </Button>
      </Link>
    </Page>
  );
}
