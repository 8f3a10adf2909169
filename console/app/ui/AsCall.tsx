import { ApiOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useWords } from '../words';
import { Code } from './Code';
import { Dialog } from './Dialog';

interface Props {
  method: string;
  /** What `biz_content` would be. */
  biz: { readonly [name: string]: unknown };
}

/** How to do the same without the console: by command, and with the official SDK. */
export function AsCall({ method, biz }: Props) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const content = JSON.stringify(biz);
  const command = `punchcard call ${method} '${content.replaceAll("'", `'\\''`)}'`;
  const node = `const { AlipaySdk } = require('alipay-sdk');
const sdk = new AlipaySdk({ gateway, appId, privateKey, alipayPublicKey });
sdk.exec('${method}', { bizContent: ${JSON.stringify(biz, null, 2)} }, { validateSign: true }).then(console.log);`;
  return (
    <>
      <Button icon={<ApiOutlined />} onClick={() => setOpen(true)}>
        {words.build.asCall}
      </Button>
      <Dialog title={words.build.asCall} isOpen={isOpen} close={() => setOpen(false)}>
        <div className="dialog-form">
          <Code label="punchcard" text={command} />
          <Code label="Node" text={node} />
        </div>
      </Dialog>
    </>
  );
}
