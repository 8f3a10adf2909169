import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { call, serialNumber } from '../api/call';
import { Refusal } from '../api/errors';
import { paths } from '../paths';
import { Dialog } from '../ui/Dialog';
import { Trouble } from '../ui/Trouble';
import { useWords } from '../words';

interface Props {
  pid: string;
  conditions: string;
  close: () => void;
  /** The crowd that is changed; without it a new one is saved. */
  of?: { id: string; name: string; before: string; after: string } | undefined;
}

/** Saves the draft: under a new name, or as the new rules of the crowd that it came from. */
export function CrowdSave({ pid, conditions, close, of }: Props) {
  const words = useWords();
  const navigate = useNavigate();
  // Made once, so a second click and a retry are answered with the first result.
  const [number] = useState(serialNumber);
  const saving = useMutation({
    mutationFn: async ({ name }: { name?: string }) => {
      if (of !== undefined) {
        const change = { out_biz_no: number, crowd_group_id: of.id, conditions };
        await call(pid, 'koubei.marketing.campaign.crowd.modify', change);
        return of.id;
      }
      const crowd = { out_biz_no: number, name: name ?? '', conditions };
      return (await call(pid, 'koubei.marketing.campaign.crowd.create', crowd)).crowd_group_id;
    },
    onSuccess: (crowd) => navigate({ to: paths.crowd, params: { pid, crowd } }),
  });
  const refusal = saving.error instanceof Refusal ? saving.error : undefined;
  const isOfName = refusal?.field === 'name';
  const title = of === undefined ? words.build.saveNew : words.build.saveChanges;
  return (
    <Dialog title={title} isOpen close={close}>
      <Form layout="vertical" requiredMark={false} onFinish={saving.mutate}>
        {of === undefined ? (
          <Form.Item
            label={words.build.name}
            name="name"
            rules={[{ required: true, whitespace: true, message: words.build.nameMissing }]}
            {...(isOfName ? { validateStatus: 'error', help: refusal.message } : {})}
          >
            <Input maxLength={64} autoComplete="off" />
          </Form.Item>
        ) : (
          <dl className="detail">
            <div>
              <dt>{words.build.before}</dt>
              <dd className="number">{of.before}</dd>
            </div>
            <div>
              <dt>{words.build.after}</dt>
              <dd className="number">{of.after}</dd>
            </div>
          </dl>
        )}
        {saving.error && !isOfName && <Trouble error={saving.error} />}
        <footer className="dialog-foot">
          <Button onClick={close}>{words.app.cancel}</Button>
          <Button type="primary" htmlType="submit" loading={saving.isPending}>
            {words.app.save}
          </Button>
        </footer>
      </Form>
    </Dialog>
  );
}
