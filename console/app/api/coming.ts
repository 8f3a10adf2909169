import type { ActivitySummary, Methods } from './generated';

/**
 * Methods that pages ask for and the list does not have yet, or not yet in this form. Each is taken out of here when the
 * server has it: `generated.ts` then says what it is.
 */
interface Coming {
  'punchcard.tag.list': { request: { pid?: string }; response: { tags: TagView[] } };
  'punchcard.crowd.draft': { request: { pid: string; conditions?: string }; response: Draft };
  'punchcard.crowd.sample': {
    request: { pid: string; crowd?: string; conditions?: string; seed?: number };
    response: SampleView;
  };
  'punchcard.crowd.compare': { request: { pid: string; crowd: string; other: string }; response: Comparison };
  'punchcard.crowd.usage': { request: { pid: string; crowd: string }; response: Usage };
  'punchcard.crowd.list': {
    request: { pid: string; name?: string; after?: string; limit: number };
    response: { crowds: CrowdView[]; next?: string | null };
  };
  'punchcard.crowd.why': {
    request: { pid?: string; crowd?: string; conditions?: string; user_id: string };
    response: WhyView;
  };
}

/** What pages may call, by name. */
export type Served = Omit<Methods, keyof Coming> & Coming;

interface TagView {
  code: string;
  name: string;
  kind: string;
  is_dimension: boolean;
  operators: string[];
  values: { value: string; label: string }[];
}

interface Draft {
  total: number;
  sum?: string;
  /** How many members there are, then how many are left after each condition. */
  steps: number[];
  dimensions: { label: string; value: Record<string, number> }[];
  index_version: number;
  took_us: number;
}

interface SampleView {
  members: { user_id: string; login_id?: string; taobao_nick?: string; values: (string | null)[] }[];
  looked_at: number;
}

interface Comparison {
  name: string;
  other_name: string;
  total: number;
  other_total: number;
  both: number;
}

interface Usage {
  name: string;
  can_be_deleted: boolean;
  activities: ActivitySummary[];
  batches: { batch_id: string; template_id: string; status: string; sent: number; gmt_create: string }[];
}

interface CrowdView {
  crowd_id: string;
  name: string;
  created_at: string;
  conditions: { op: string; tagCode: string; value: string }[];
  total?: number;
  activities: number;
  batches: number;
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
