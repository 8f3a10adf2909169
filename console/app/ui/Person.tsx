import { Id } from './Id';

interface Props {
  userId: string;
  /** Login id or nick, masked by the server. */
  name?: string | undefined;
}

/** A user: the id, and the name that the server shows of it. */
export function Person({ userId, name }: Props) {
  return (
    <span className="person">
      {name && <span>{name}</span>}
      <Id value={userId} />
    </span>
  );
}
