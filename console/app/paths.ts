/** Every address of the console, once. `$name` is a parameter; `paths.test.ts` has all of them as a snapshot. */
export const paths = {
  start: '/',
  signIn: '/sign-in',
  password: '/password',
  overview: '/$pid',
  crowds: '/$pid/crowds',
  crowdBuild: '/$pid/crowds/build',
  crowd: '/$pid/crowds/$crowd',
  holds: '/$pid/holds',
  account: '/$pid/holds/$card/$user',
  trades: '/$pid/trades',
  calls: '/$pid/calls',
  call: '/$pid/calls/$trace',
  notices: '/$pid/notices',
  notice: '/$pid/notices/$notice',
  apps: '/$pid/apps',
  system: '/$pid/system',
  operators: '/$pid/operators',
} as const;

/** What each address keeps behind its `?`. */
export const search = {
  signIn: one('to'),
  crowds: one('name', 'after'),
  crowdBuild: (given: Given) => ({ ...one('of')(given), ...many('r')(given) }),
  crowd: one('user', 'with'),
  holds: one('older'),
  trades: one('no', 'by'),
  calls: one('method', 'code', 'cause', 'app', 'of', 'before'),
  notices: one('state'),
  apps: one('whose'),
  operators: one('after'),
};

type Given = { readonly [name: string]: unknown };

/** Parameters that stand there once, or not at all. Others are dropped. */
export function one<const Name extends string>(...names: Name[]) {
  return (given: Given): { [Key in Name]?: string } => {
    const kept: { [Key in Name]?: string } = {};
    for (const name of names) {
      const value = given[name];
      if (typeof value === 'string' && value !== '') kept[name] = value;
    }
    return kept;
  };
}

/** A parameter that may stand there several times. */
export function many<const Name extends string>(name: Name) {
  return (given: Given): { [Key in Name]?: string[] } => {
    const value = given[name];
    const kept: { [Key in Name]?: string[] } = {};
    if (typeof value === 'string') kept[name] = [value];
    if (Array.isArray(value)) kept[name] = value.filter((text) => typeof text === 'string');
    return kept;
  };
}

/** Texts as they are: an address never makes a number of an id, or needs quotes around one. */
export function parseSearch(query: string): { [name: string]: string | string[] } {
  const found: { [name: string]: string | string[] } = {};
  for (const name of new Set(new URLSearchParams(query).keys())) {
    const values = new URLSearchParams(query).getAll(name);
    found[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return found;
}

export function stringifySearch(search: { [name: string]: unknown }): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text === 'string' && text !== '') query.append(name, text);
    }
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
