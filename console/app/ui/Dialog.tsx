import { CloseOutlined } from '@ant-design/icons';
import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../words';

interface Props {
  title: string;
  isOpen: boolean;
  close: () => void;
  children: ReactNode;
}

/** A dialog of the browser's own: it keeps the focus inside, Escape closes it, and what is behind it is inert. */
export function Dialog({ title, isOpen, close, children }: Props) {
  const words = useWords();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!isOpen) return box.current?.close();
    box.current?.showModal();
    // What it is for, rather than the button that closes it.
    box.current?.querySelector<HTMLElement>('input, textarea, select, footer button')?.focus();
  }, [isOpen]);
  return (
    <dialog
      ref={box}
      className="dialog"
      aria-label={title}
      onClose={close}
      onPointerDown={(event) => {
        if (event.target === box.current) close();
      }}
    >
      {isOpen && (
        <div className="dialog-box">
          <header>
            <h2>{title}</h2>
            <button type="button" className="plain" onClick={close} aria-label={words.app.close}>
              <CloseOutlined />
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
