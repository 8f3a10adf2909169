import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { call } from '../api/call';
import { Choice } from '../ui/Choice';
import { Code } from '../ui/Code';
import { Dialog } from '../ui/Dialog';
import { Trouble } from '../ui/Trouble';
import { useWords } from '../words';

export const ROLES = ['owner', 'marketer', 'finance', 'developer', 'viewer'] as const;

/** Invites an operator, or gives one a new link: the answer is a link that sets a password, once. */
export function OperatorInvite({ scope, isOpen, close }: { scope: string; isOpen: boolean; close: () => void }) {
  const words = useWords();
  const queries = useQueryClient();
  const field = useId();
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('viewer');
  const inviting = useMutation({
    mutationFn: () => call(scope, 'punchcard.operator.invite', { name: name.trim(), role }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [scope, 'punchcard.operator.list'] }),
  });
  const shut = () => {
    inviting.reset();
    setName('');
    close();
  };
  return (
    <Dialog title={words.operators.invite} isOpen={isOpen} close={shut}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && !inviting.isSuccess) inviting.mutate();
        }}
      >
        {inviting.data ? (
          <>
            <p>{words.operators.invited(inviting.data.name, inviting.data.until)}</p>
            <Code label={words.operators.link} text={`${location.origin}${inviting.data.path}`} />
          </>
        ) : (
          <>
            <label htmlFor={field}>
              {words.operators.name}
              <Input
                id={field}
                value={name}
                maxLength={28}
                autoComplete="off"
                onChange={({ target }) => setName(target.value)}
              />
            </label>
            <Choice
              label={words.operators.role}
              value={role}
              choose={setRole}
              choices={ROLES.map((role) => [role, words.operators.roles[role] ?? role] as const)}
            />
          </>
        )}
        {inviting.error && <Trouble error={inviting.error} />}
        <footer>
          <Button onClick={shut}>{inviting.data ? words.app.close : words.app.cancel}</Button>
          {!inviting.data && (
            <Button type="primary" htmlType="submit" disabled={name.trim() === ''} loading={inviting.isPending}>
              {words.operators.invite}
            </Button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}
