import { Input } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';

/** How long after the last key a value counts as typed. */
const PAUSE_MS = 60;

interface Props {
  label: string;
  /** Beside the field, such as "days". */
  unit?: string;
  placeholder?: string;
  value: string;
  isNumeric?: boolean;
  isWide?: boolean;
  change: (value: string) => void;
}

/**
 * A field whose value is kept in the address. It has its own text while somebody types, since the address comes later
 * and an input method must not be disturbed; what comes from elsewhere, as by Back, takes its place.
 */
export function Typed({ label, unit, placeholder, value, isNumeric = false, isWide = false, change }: Props) {
  const id = useId();
  const [text, setText] = useState(value);
  const told = useRef<string[]>([]);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const own = told.current.indexOf(value);
    told.current = own === -1 ? [] : told.current.slice(own + 1);
    if (own === -1) setText(value);
  }, [value]);

  const type = (typed: string) => {
    setText(typed);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => {
      told.current.push(typed);
      change(typed);
    }, PAUSE_MS);
  };
  return (
    <span className={isWide ? 'typed typed-wide' : 'typed'}>
      <label htmlFor={id} className="only-read">
        {label}
      </label>
      <Input
        id={id}
        value={text}
        inputMode={isNumeric ? 'decimal' : 'text'}
        autoComplete="off"
        spellCheck={false}
        {...(placeholder ? { placeholder } : {})}
        onChange={({ target }) => type(target.value)}
      />
      {unit && <span className="soft">{unit}</span>}
    </span>
  );
}
