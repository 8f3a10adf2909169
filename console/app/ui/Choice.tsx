interface Props {
  label: string;
  value: string;
  choices: readonly (readonly [value: string, label: string])[];
  choose: (value: string) => void;
}

/** One of a few, such as a filter's value. */
export function Choice({ label, value, choices, choose }: Props) {
  return (
    <select className="field" aria-label={label} value={value} onChange={({ target }) => choose(target.value)}>
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
