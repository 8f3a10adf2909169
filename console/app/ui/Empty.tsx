import type { ReactNode } from 'react';

interface Props {
  title: string;
  /** What this is. */
  children?: ReactNode;
  /** The first step. */
  action?: ReactNode;
}

/** Where nothing is yet: what would be here, and the first step. */
export function Empty({ title, children, action }: Props) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
