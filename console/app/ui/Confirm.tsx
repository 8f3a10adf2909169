import { Button, Input } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useWords } from '../words';
import { Dialog } from './Dialog';
import { Trouble } from './Trouble';

interface Props {
  title: string;
  isOpen: boolean;
  close: () => void;
  /** What will change: how many, how much, what is left then. */
  children: ReactNode;
  /** What must be typed, such as the number of members; without it one click is enough. */
  typed?: string;
  /** The word of the button, such as "Delete". */
  act: string;
  isDangerous?: boolean;
  isBusy?: boolean;
  error?: Error | null;
  go: () => void;
}

/** Asks before what cannot be taken back. */
export function Confirm({
  title,
  isOpen,
  close,
  children,
  typed,
  act,
  isDangerous = false,
  isBusy = false,
  error,
  go,
}: Props) {
  const words = useWords();
  const field = useId();
  const [text, setText] = useState('');
  const isSure = typed === undefined || text.trim() === typed;
  return (
    <Dialog title={title} isOpen={isOpen} close={close}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure) go();
        }}
      >
        {children}
        {typed !== undefined && (
          <label htmlFor={field}>
            {words.confirm.type(typed)}
            <Input id={field} value={text} onChange={({ target }) => setText(target.value)} autoComplete="off" />
          </label>
        )}
        {error && <Trouble error={error} />}
        <footer>
          <Button onClick={close}>{words.app.cancel}</Button>
          <Button type="primary" danger={isDangerous} htmlType="submit" disabled={!isSure} loading={isBusy}>
            {act}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
