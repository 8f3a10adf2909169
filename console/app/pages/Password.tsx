import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { setPassword } from '../api/call';
import { paths } from '../paths';
import { Outside } from '../shell/Outside';
import { Empty } from '../ui/Empty';
import { Trouble } from '../ui/Trouble';
import { useWords } from '../words';

interface Fields {
  password: string;
  repeat: string;
}

/** The one-time link stands behind `#`, so that no server's log and no referrer has it. */
export default function Password() {
  const words = useWords();
  const link = useLocation({ select: ({ hash }) => hash });
  const setting = useMutation({ mutationFn: ({ password }: Fields) => setPassword(link, password) });
  const { password } = words;
  if (link === '') {
    return (
      <Outside title={password.title}>
        <Empty title={password.noLink} />
      </Outside>
    );
  }
  if (setting.isSuccess) {
    return (
      <Outside title={password.title}>
        <Empty title={password.done} action={<Link to={paths.signIn}>{words.signIn.submit}</Link>} />
      </Outside>
    );
  }
  return (
    <Outside title={password.title} text={password.text}>
      <Form<Fields> layout="vertical" requiredMark={false} onFinish={setting.mutate} validateTrigger="onSubmit">
        {/* A password manager keeps the password under a name, and a browser asks for a field that could hold it. */}
        <input type="text" name="username" autoComplete="username" hidden readOnly value="" />
        <Form.Item
          label={password.password}
          name="password"
          extra={password.rule}
          rules={[{ required: true, min: 12, message: password.tooShort }]}
        >
          <Input type="password" autoComplete="new-password" maxLength={1024} size="large" />
        </Form.Item>
        <Form.Item
          label={password.repeat}
          name="repeat"
          dependencies={['password']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(password.differs)),
            }),
          ]}
        >
          <Input type="password" autoComplete="new-password" maxLength={1024} size="large" />
        </Form.Item>
        {setting.error && <Trouble error={setting.error} />}
        <Button type="primary" htmlType="submit" size="large" block loading={setting.isPending}>
          {password.set}
        </Button>
      </Form>
    </Outside>
  );
}
