import type { ActivitySummary, Empty, FreezeView, Methods, NoticeSummary } from './generated';

/**
 * Methods that pages ask for and the list does not have yet, or not yet in this form. Each is taken out of here when the
 * server has it: `generated.ts` then says what it is.
 */
interface Coming {
  'punchcard.session.show': { request: Empty; response: SessionView };
  'punchcard.notice.list': {
    request: { pid?: string; state?: string; limit: number };
    response: { notices: NoticeSummary[]; next?: string | null };
  };
  'punchcard.points.frozen': {
    request: { pid?: string; older?: string; limit: number };
    response: { freezes: FreezeView[]; next?: string | null };
  };
  'punchcard.activity.list': {
    request: { pid?: string; status?: string; limit: number };
    response: { activities: ActivitySummary[]; next?: string | null };
  };
  'punchcard.tag.list': { request: { pid?: string }; response: { tags: TagView[] } };
  'punchcard.crowd.count': {
    request: { pid?: string; crowd?: string; conditions?: string; dimensions?: string[]; prefixes?: boolean };
    response: CountView;
  };
  'punchcard.crowd.why': {
    request: { pid?: string; crowd?: string; conditions?: string; user_id: string };
    response: WhyView;
  };
}

/** What pages may call, by name. */
export type Served = Omit<Methods, keyof Coming> & Coming;

interface SessionView {
  name: string;
  mode: 'stand-in' | 'platform';
  version: string;
  merchants: { pid: string; name: string; role: string }[];
  methods: string[];
}

interface TagView {
  code: string;
  name: string;
  kind: string;
  is_dimension: boolean;
  operators: string[];
  values: { value: string; label: string }[];
}

interface CountView {
  pid: string;
  name: string;
  total: number;
  sum?: string;
  dimensions?: { label: string; value: Record<string, number> }[];
  prefixes?: number[];
  took_us?: number;
}

interface WhyView {
  pid: string;
  name: string;
  user_id: string;
  at: string;
  is_in: boolean;
  changes_at?: string;
  conditions: {
    condition: { op: string; tagCode: string; value: string };
    value?: string;
    holds: boolean;
    changes_at?: string;
    events?: { at: string; amount?: string }[];
    older_events?: number;
  }[];
}
