import { Dialog } from '../ui/Dialog';
import { useWords } from '../words';
import type { Entry } from './menu';

interface Props {
  isOpen: boolean;
  close: () => void;
  entries: readonly Entry[];
}

/** Every key. */
export function Help({ isOpen, close, entries }: Props) {
  const words = useWords();
  const keys: readonly (readonly [readonly string[], string])[] = [
    [['Ctrl', 'K'], words.keys.palette],
    [['?'], words.keys.help],
    [['/'], words.keys.filter],
    [['j', 'k'], words.keys.rows],
    [['Enter'], words.keys.open],
    ...entries.map(({ letter, label }) => [['g', letter], words.keys.go(label(words))] as const),
  ];
  return (
    <Dialog title={words.app.help} isOpen={isOpen} close={close}>
      <dl className="keys">
        {keys.map(([combination, meaning]) => (
          <div key={meaning}>
            <dt>
              {combination.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
