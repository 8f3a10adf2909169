import type { ThemeConfig } from 'antd';

/**
 * Every colour, by its use. On `paper` and `sheet` each text has a contrast of 4.5 to 1 or more, and `edge`, which
 * draws fields and marks, 3 to 1. `app.css` has them as `--name`, antd as its tokens.
 */
const light = {
  paper: '#f5f5f2',
  sheet: '#ffffff',
  raised: '#ffffff',
  ink: '#171a19',
  soft: '#565e5b',
  line: '#e2e2db',
  edge: '#858c87',
  hover: '#eeeeea',
  brand: '#0b6553',
  brandStrong: '#084f41',
  onBrand: '#ffffff',
  brandWash: '#e3f0ec',
  alarm: '#a02a1c',
  alarmWash: '#fbebe7',
  amber: '#7a4a00',
  amberWash: '#fcefd3',
  blue: '#1d5596',
  blueWash: '#e6eff9',
  void: '#565e5b',
  voidWash: '#ebebe6',
  bar: '#7fb8a9',
  barSoft: '#c9cbc4',
  shade: 'rgb(23 26 25 / 18%)',
};

export type Palette = typeof light;

const dark: Palette = {
  paper: '#101413',
  sheet: '#181d1c',
  raised: '#202625',
  ink: '#eceeed',
  soft: '#a8b1ad',
  line: '#2b3230',
  edge: '#7d8783',
  hover: '#232a28',
  brand: '#62c7b0',
  brandStrong: '#8ad9c6',
  onBrand: '#05231c',
  brandWash: '#17352e',
  alarm: '#ffa898',
  alarmWash: '#3a1d18',
  amber: '#f2c26b',
  amberWash: '#35280f',
  blue: '#9cc4f2',
  blueWash: '#172a40',
  void: '#b4bcb8',
  voidWash: '#282e2c',
  bar: '#3d8576',
  barSoft: '#4a524f',
  shade: 'rgb(0 0 0 / 60%)',
};

export const palettes = { light, dark };

const FONT =
  '-apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif';
const FONT_CODE = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", Consolas, monospace';

/** Gives `app.css` the colours. */
export function paint(palette: Palette, scheme: 'light' | 'dark'): void {
  const { style, dataset } = document.documentElement;
  for (const [name, colour] of Object.entries(palette)) style.setProperty(`--${kebab(name)}`, colour);
  style.setProperty('color-scheme', scheme);
  dataset.scheme = scheme;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** antd's theme. `isTouch`: what is tapped is 44 pixels high. `isStill`: nothing moves. */
export function theme(palette: Palette, isTouch: boolean, isStill: boolean): ThemeConfig {
  const { paper, sheet, raised, ink, soft, line, edge, hover, brand, brandStrong, onBrand, brandWash } = palette;
  const { alarm, alarmWash, amber, amberWash, blue } = palette;
  return {
    hashed: false,
    token: {
      motion: !isStill,
      fontFamily: FONT,
      fontFamilyCode: FONT_CODE,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: isTouch ? 44 : 32,
      controlHeightSM: isTouch ? 44 : 26,
      colorPrimary: brand,
      colorPrimaryHover: brandStrong,
      colorPrimaryActive: brandStrong,
      colorPrimaryBg: brandWash,
      colorPrimaryBgHover: brandWash,
      colorTextLightSolid: onBrand,
      colorLink: brand,
      colorLinkHover: brandStrong,
      colorLinkActive: brandStrong,
      colorInfo: blue,
      colorSuccess: brand,
      colorWarning: amber,
      colorWarningBg: amberWash,
      colorError: alarm,
      colorErrorHover: alarm,
      colorErrorActive: alarm,
      colorErrorBg: alarmWash,
      colorErrorText: alarm,
      colorBgBase: sheet,
      colorBgLayout: paper,
      colorBgContainer: sheet,
      colorBgElevated: raised,
      colorBgContainerDisabled: hover,
      colorTextBase: ink,
      colorText: ink,
      colorTextSecondary: soft,
      colorTextTertiary: soft,
      colorTextQuaternary: soft,
      colorTextDescription: soft,
      colorTextPlaceholder: soft,
      colorTextDisabled: soft,
      colorIcon: soft,
      colorBorder: edge,
      colorBorderSecondary: line,
      colorBorderDisabled: line,
      colorSplit: line,
      colorFillAlter: hover,
      controlItemBgHover: hover,
      controlItemBgActive: brandWash,
      controlItemBgActiveHover: brandWash,
    },
    components: {
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        fontWeight: 500,
        dangerColor: onBrand,
      },
      Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
      Modal: { titleFontSize: 16 },
      Select: { optionSelectedFontWeight: 600 },
    },
  };
}
