import { useWords } from '../../words';
import type { EditorProps } from './Editor';
import { Typed } from './Typed';

/** A circle: where its middle is, in degrees, and how many meters it reaches. Nothing is fetched to draw a map. */
export function Place({ rule, change }: EditorProps) {
  const words = useWords();
  const [longitude = '', latitude = '', radius = ''] = rule.value.split(',');
  const tell = (parts: readonly string[]) => change({ ...rule, value: parts.join(',') }, 'typed');
  return (
    <div className="range">
      <Typed
        label={words.build.longitude}
        placeholder={words.build.longitude}
        value={longitude}
        isNumeric
        change={(typed) => tell([typed, latitude, radius])}
      />
      <Typed
        label={words.build.latitude}
        placeholder={words.build.latitude}
        value={latitude}
        isNumeric
        change={(typed) => tell([longitude, typed, radius])}
      />
      <Typed
        label={words.build.radius}
        placeholder={words.build.radius}
        unit={words.build.meters}
        value={radius}
        isNumeric
        change={(typed) => tell([longitude, latitude, typed])}
      />
    </div>
  );
}
