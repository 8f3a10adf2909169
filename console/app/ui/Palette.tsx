import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useWords } from '../words';
import { Dialog } from './Dialog';

export interface Goal {
  label: string;
  /** The keys that lead there, or what kind of thing it is. */
  hint?: string;
  to: string;
  params?: { readonly [name: string]: string };
  search?: { readonly [name: string]: string };
}

interface Props {
  isOpen: boolean;
  close: () => void;
  /** What fits a text, best first. */
  find: (text: string) => readonly Goal[];
}

/** Ctrl K: pages by name, things by id. */
export function Palette({ isOpen, close, find }: Props) {
  const words = useWords();
  return (
    <Dialog title={words.palette.title} isOpen={isOpen} close={close}>
      <Box close={close} find={find} />
    </Dialog>
  );
}

function Box({ close, find }: Omit<Props, 'isOpen'>) {
  const words = useWords();
  const navigate = useNavigate();
  const box = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const goals = find(text.trim()).slice(0, 12);
  const chosen = goals[Math.min(at, goals.length - 1)];

  const go = (goal: Goal) => {
    close();
    navigate({ to: goal.to, params: goal.params ?? {}, search: goal.search ?? {} });
  };
  return (
    <div className="palette">
      <input
        type="text"
        role="combobox"
        className="field"
        aria-label={words.palette.label}
        placeholder={words.palette.label}
        aria-expanded="true"
        aria-controls={box}
        aria-activedescendant={chosen && `${box}-${goals.indexOf(chosen)}`}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, goals.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter' && chosen) go(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <div id={box} role="listbox" aria-label={words.palette.title}>
        {goals.map((goal, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          <div
            key={`${goal.to} ${goal.label}`}
            id={`${box}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={goal === chosen}
            onClick={() => go(goal)}
          >
            <span>{goal.label}</span>
            {goal.hint && <kbd>{goal.hint}</kbd>}
          </div>
        ))}
      </div>
      <p role="status" className={goals.length === 0 ? '' : 'only-read'}>
        {goals.length === 0 ? words.palette.nothing : ''}
      </p>
    </div>
  );
}
