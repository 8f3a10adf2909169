import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { Fragment, type ReactNode, useState } from 'react';
import { useWords } from '../words';

export interface Column<Row> {
  title: string;
  show: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  isNumber?: boolean;
  /** One of the two that stay on a phone; the others unfold. */
  isKey?: boolean;
}

export interface Selection {
  chosen: ReadonlySet<string>;
  choose: (keys: ReadonlySet<string>) => void;
  label: (key: string) => string;
}

interface Props<Row> {
  /** What the table lists, for who cannot see it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  selection?: Selection | undefined;
  /** In place of the rows, where there are none. */
  empty: ReactNode;
  /** Links to the next page and back. */
  foot?: ReactNode;
}

/**
 * A list of things: a table of the browser's own. The first column holds the row's link, so `j`, `k` and Enter go
 * through the rows; on a phone two columns stay and the rest unfolds.
 */
export function List<Row>({ caption, columns, rows, keyOf, selection, empty, foot }: Props<Row>) {
  const words = useWords();
  const [unfolded, unfold] = useState<ReadonlySet<string>>(new Set());
  if (rows.length === 0) {
    return (
      <>
        {empty}
        {foot}
      </>
    );
  }
  const others = columns.filter(({ isKey }) => !isKey);
  const toggle = (set: ReadonlySet<string>, key: string) =>
    set.has(key) ? new Set([...set].filter((other) => other !== key)) : new Set([...set, key]);
  return (
    <>
      <div className="list-frame">
        <table className="list">
          <caption className="only-read">{caption}</caption>
          <thead>
            <tr>
              {selection && (
                <th scope="col" className="list-choice">
                  <input
                    type="checkbox"
                    aria-label={words.app.all}
                    checked={rows.every((row) => selection.chosen.has(keyOf(row)))}
                    onChange={({ target }) => selection.choose(new Set(target.checked ? rows.map(keyOf) : []))}
                  />
                </th>
              )}
              {columns.map(({ title, isNumber, isKey }) => (
                <th key={title} scope="col" className={look(isNumber, isKey)}>
                  {title}
                </th>
              ))}
              {0 < others.length && (
                <th scope="col" className="list-fold">
                  <span className="only-read">{words.app.more}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const key = keyOf(row);
              const isUnfolded = unfolded.has(key);
              return (
                <Fragment key={key}>
                  <tr data-row={key} data-chosen={selection?.chosen.has(key) || undefined}>
                    {selection && (
                      <td className="list-choice">
                        <input
                          type="checkbox"
                          aria-label={selection.label(key)}
                          checked={selection.chosen.has(key)}
                          onChange={() => selection.choose(toggle(selection.chosen, key))}
                        />
                      </td>
                    )}
                    {columns.map(({ title, show, isNumber, isKey }) => (
                      <td key={title} className={look(isNumber, isKey)}>
                        {show(row)}
                      </td>
                    ))}
                    {0 < others.length && (
                      <td className="list-fold">
                        <button
                          type="button"
                          className="plain"
                          aria-expanded={isUnfolded}
                          aria-label={isUnfolded ? words.app.less : words.app.more}
                          onClick={() => unfold(toggle(unfolded, key))}
                        >
                          {isUnfolded ? <UpOutlined /> : <DownOutlined />}
                        </button>
                      </td>
                    )}
                  </tr>
                  {isUnfolded && (
                    <tr className="list-unfolded">
                      <td colSpan={columns.length + 2}>
                        <dl className="detail">
                          {others.map(({ title, show }) => (
                            <div key={title}>
                              <dt>{title}</dt>
                              <dd>{show(row)}</dd>
                            </div>
                          ))}
                        </dl>
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
      {foot}
    </>
  );
}

function look(isNumber = false, isKey = false): string {
  return `${isNumber ? 'list-number' : ''} ${isKey ? 'list-key' : 'list-other'}`.trim();
}
