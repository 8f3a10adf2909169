import { Fragment } from 'react';

/** A method's name, which may be broken after its dots and nowhere else. */
export function Name({ of }: { of: string }) {
  const parts = of.split(/(?<=\.)/);
  return (
    <span className="name">
      {parts.map((part, at) => (
        <Fragment key={parts.slice(0, at + 1).join('')}>
          {0 < at && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
