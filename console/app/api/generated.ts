// A hand-written part of what the test `console_types` writes from THE LIST; it is replaced by that file.

export interface Methods {
  'punchcard.session.show': { request: Empty; response: SessionView };
  'punchcard.clock.show': { request: Empty; response: ClockView };
  'punchcard.log.list': {
    request: { pid?: string; app_id?: string; method?: string; code?: string; cause?: string; trace_id?: string; since?: string; after?: string; before?: string; limit: number };
    response: { calls: CallSummary[]; end: number };
  };
  'punchcard.notice.list': { request: { pid?: string; state?: string; limit: number }; response: { notices: NoticeSummary[]; next?: string | null } };
  'punchcard.points.frozen': { request: { pid?: string; older?: string; limit: number }; response: { freezes: FreezeView[]; next?: string | null } };
  'punchcard.activity.list': { request: { pid?: string; status?: string; limit: number }; response: { activities: ActivitySummary[]; next?: string | null } };
  'punchcard.tag.list': { request: { pid?: string }; response: { tags: TagView[] } };
  'punchcard.crowd.count': {
    request: { pid?: string; crowd?: string; conditions?: string; dimensions?: string[]; prefixes?: boolean };
    response: CountView;
  };
  'punchcard.crowd.why': { request: { pid?: string; crowd?: string; conditions?: string; user_id: string }; response: WhyView };
  'koubei.marketing.campaign.tags.query': { request: Empty; response: { tags: string } };
  'koubei.marketing.campaign.crowd.count': {
    request: { conditions?: string; crowd_group_id?: string; dimensions?: string };
    response: { summary_values: string; dimension_values?: string };
  };
  'koubei.marketing.campaign.crowd.batchquery': {
    request: { name?: string; page_number?: string; page_size?: string };
    response: { crowd_group_sets: string; total_number: string };
  };
  'koubei.marketing.campaign.crowd.detail.query': { request: { crowd_group_id: string }; response: { crowd_group_info: string; name: string } };
  'koubei.marketing.campaign.crowd.create': { request: { out_biz_no: string; name: string; conditions: string }; response: { crowd_group_id: string } };
  'koubei.marketing.campaign.crowd.modify': { request: { out_biz_no: string; crowd_group_id: string; conditions: string }; response: Empty };
  'koubei.marketing.campaign.crowd.delete': { request: { crowd_group_id: string }; response: Empty };
}

export type Empty = Record<string, never>;

export interface SessionView {
  name: string;
  mode: 'stand-in' | 'platform';
  version: string;
  merchants: { pid: string; name: string; role: string }[];
  methods: string[];
}

export interface ClockView {
  manual: boolean;
  now: number;
  next_due: number | null;
}

export interface CallSummary {
  place: number;
  at: string;
  took_us: number;
  trace_id: string;
  app_id?: string;
  pid?: string;
  method: string;
  door: string;
  code: string;
  sub_code?: string;
  cause?: string;
  address: string;
  bytes_in: number;
  bytes_out: number;
}

export interface NoticeSummary {
  notify_id: string;
  notify_type: string;
  pid: string;
  app_id: string;
  subject: string;
  url: string;
  state: string;
  attempts: number;
  created_at: string;
  next_at: string | null;
}

export interface FreezeView {
  point_log_no: string;
  pid: string;
  activity_account: string;
  user_id: string;
  points: number;
  frozen_at: string;
  card_ends: string;
}

export interface ActivitySummary {
  camp_id: string;
  pid: string;
  name: string;
  type: string;
  status: string;
  start_time: string;
  end_time: string;
}

export interface TagView {
  code: string;
  name: string;
  kind: string;
  is_dimension: boolean;
  operators: string[];
  values: { value: string; label: string }[];
}

export interface CountView {
  pid: string;
  name: string;
  total: number;
  sum?: string;
  dimensions?: { label: string; value: Record<string, number> }[];
  prefixes?: number[];
  took_us?: number;
}

export interface WhyView {
  pid: string;
  name: string;
  user_id: string;
  at: string;
  is_in: boolean;
  changes_at?: string;
  conditions: ConditionView[];
}

export interface ConditionView {
  condition: { op: string; tagCode: string; value: string };
  value?: string;
  holds: boolean;
  changes_at?: string;
  events?: { at: string; amount?: string }[];
  older_events?: number;
}
