import type { QueryClient } from '@tanstack/react-query';

/** Which methods' answers a topic makes stale. `crates/server/src/doors/console/events.rs` names the topics. */
const TOPICS: { readonly [topic: string]: readonly string[] } = {
  call: ['punchcard.log.', 'punchcard.signature.', 'punchcard.overview'],
  notice: ['punchcard.notice.', 'punchcard.overview'],
  crowd: ['koubei.marketing.campaign.crowd.', 'koubei.marketing.campaign.tags.', 'punchcard.crowd.'],
  activity: ['punchcard.activity.', 'koubei.marketing.campaign.activity.', 'punchcard.points.', 'punchcard.overview'],
  template: ['punchcard.voucher.', 'punchcard.fund.', 'alipay.marketing.'],
  send: ['punchcard.voucher.send.'],
  clock: ['punchcard.clock.'],
  approval: ['punchcard.approval.'],
};

interface News {
  topic: string;
}

/**
 * Keeps what is shown up to date: one tab holds the merchant's stream of events and tells the others, because HTTP/1
 * gives a browser six connections in all. Nothing is replayed, so a stream that comes back makes everything stale.
 * Returns how to stop.
 */
export function follow(pid: string, queries: QueryClient): () => void {
  const name = `punchcard-events-${pid}`;
  const others = new BroadcastChannel(name);
  const leaving = new AbortController();

  const learn = ({ topic }: News) => {
    const stale = TOPICS[topic];
    queries.invalidateQueries({
      predicate: ({ queryKey: [, method] }) =>
        stale === undefined || (typeof method === 'string' && stale.some((prefix) => method.startsWith(prefix))),
    });
  };
  others.onmessage = ({ data }: MessageEvent<News>) => learn(data);

  const hold = () =>
    new Promise<void>((release) => {
      const events = new EventSource(`/console/api/${encodeURIComponent(pid)}/events`);
      const tell = (news: News) => {
        learn(news);
        others.postMessage(news);
      };
      let wasLost = false;
      events.onopen = () => {
        if (wasLost) tell({ topic: 'everything' });
        wasLost = false;
      };
      events.onerror = () => {
        wasLost = true;
      };
      events.onmessage = ({ data }) => tell(JSON.parse(data));
      leaving.signal.addEventListener('abort', () => {
        events.close();
        release();
      });
    });

  // Whoever has the lock has the stream; another tab gets it when this one is closed. Only a secure context has locks.
  if ('locks' in navigator) navigator.locks.request(name, { signal: leaving.signal }, hold).catch(() => {});
  else hold();
  return () => {
    leaving.abort();
    others.close();
  };
}
