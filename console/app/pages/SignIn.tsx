import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { signIn } from '../api/call';
import { paths } from '../paths';
import { Outside } from '../shell/Outside';
import { Trouble } from '../ui/Trouble';
import { useWords } from '../words';

const route = getRouteApi(paths.signIn);

interface Fields {
  name: string;
  password: string;
}

/** Name and password; then back to where the address says. */
export default function SignIn() {
  const words = useWords();
  const { to } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const entering = useMutation({
    mutationFn: ({ name, password }: Fields) => signIn(name, password),
    onSuccess: () => {
      queries.clear();
      // Only an address of this console: a link must not lead elsewhere from here.
      router.history.push(to?.startsWith('/console/') ? to : '/console/');
    },
  });
  return (
    <Outside title={words.signIn.title} foot={words.signIn.foot}>
      <Form<Fields> layout="vertical" requiredMark={false} onFinish={entering.mutate} validateTrigger="onSubmit">
        <Form.Item
          label={words.signIn.name}
          name="name"
          rules={[{ required: true, message: words.signIn.nameMissing }]}
        >
          <Input autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} size="large" />
        </Form.Item>
        <Form.Item
          label={words.signIn.password}
          name="password"
          rules={[{ required: true, message: words.signIn.passwordMissing }]}
        >
          <Input type="password" autoComplete="current-password" maxLength={1024} size="large" />
        </Form.Item>
        {entering.error && <Trouble error={entering.error} />}
        <Button type="primary" htmlType="submit" size="large" block loading={entering.isPending}>
          {words.signIn.submit}
        </Button>
      </Form>
    </Outside>
  );
}
