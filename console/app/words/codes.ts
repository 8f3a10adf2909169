import type { Preferences } from '../preferences';

/** What a `sub_code` means, and what to do; the server's own text stands above it, verbatim. */
export interface Meaning {
  means: string;
  todo: string;
}

const CODES: { readonly [code: string]: { readonly [Language in Preferences['language']]: Meaning } } = {
  INVALID_PARAMETER: {
    en: { means: 'A field has a value that the method does not take.', todo: 'Correct the field that the text names.' },
    zh: { means: '某个字段的值不被接受。', todo: '按提示改正该字段。' },
  },
  NOT_FOUND: {
    en: { means: 'Nothing of this merchant has that id.', todo: 'Compare the id, and the merchant at the top.' },
    zh: { means: '该商户没有这个编号的内容。', todo: '核对编号和顶部所选的商户。' },
  },
  CROWD_GROUP_NOT_EXIST: {
    en: { means: 'The crowd does not exist, or was deleted.', todo: 'Choose one from the list of crowds.' },
    zh: { means: '人群不存在或已删除。', todo: '从人群列表中重新选择。' },
  },
  CROWD_GROUP_IN_USE: {
    en: { means: 'A running activity is for this crowd.', todo: 'End the activity first.' },
    zh: { means: '有进行中的活动使用该人群。', todo: '先结束活动。' },
  },
  OUT_BIZ_NO_CONFLICT: {
    en: { means: 'The same serial number came with other content before.', todo: 'Open the form again.' },
    zh: { means: '同一流水号此前带有其他内容。', todo: '重新打开表单再提交。' },
  },
};

export function meaning(code: string, language: Preferences['language']): Meaning | undefined {
  return CODES[code]?.[language];
}
