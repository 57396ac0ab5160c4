import {
  ActionIcon,
  Badge,
  Button,
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type VariantColorsResolver,
  Input,
  SegmentedControl,
  Table,
  Tabs,
  Tooltip,
} from "@mantine/core";
import { palette } from "@onrush/shared/chart/palette.ts";

/** No web fonts: the dashboard has to work without any network but the controller's. */
const sans =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';
const mono =
  'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

/** Light variants as a tint of their colour over whatever lies below, readable in both schemes. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== "light" || input.color === undefined) return colors;
  const shade = (index: number) => `var(--mantine-color-${input.color ?? "gray"}-${index})`;
  const tint = (percent: number) => `color-mix(in srgb, ${shade(5)} ${percent}%, transparent)`;
  const dark = `color-mix(in srgb, ${shade(9)} 78%, black)`;
  return {
    ...colors,
    background: tint(17),
    hover: tint(27),
    color: `light-dark(${dark}, ${shade(3)})`,
  };
};

export const theme = createTheme({
  variantColorResolver: variantColors,
  fontFamily: sans,
  fontFamilyMonospace: mono,
  fontSizes: { xs: "0.719rem", sm: "0.813rem", md: "0.875rem", lg: "1rem", xl: "1.2rem" },
  headings: {
    fontFamily: sans,
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.3rem" }, h2: { fontSize: "1rem" }, h3: { fontSize: "0.875rem" } },
  },
  defaultRadius: 5,
  primaryColor: "rush",
  primaryShade: { light: 7, dark: 7 },
  cursorType: "pointer",
  colors: {
    rush: [
      ...(["#e6f5ff", "#cde6fb", "#9dcbf3", "#69afec", "#45a0ee"] as const),
      ...(["#2c8fdf", "#1c82d4", "#0a72c2", "#0062ab", "#005293"] as const),
    ],
    dark: [
      ...(["#d6dce4", "#b6bfca", "#929dac", "#6a7585", "#2b3441"] as const),
      ...(["#222a34", "#161c24", "#0f141a", "#0b0f14", "#07090c"] as const),
    ],
  },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs" } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray" } }),
    Badge: Badge.extend({ defaultProps: { variant: "light", radius: "sm" } }),
    Input: Input.extend({ defaultProps: { size: "sm" } }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { size: "sm" } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: "xs" } }),
    Table: Table.extend({
      defaultProps: { verticalSpacing: 6, horizontalSpacing: "sm", fz: "sm" },
    }),
    Tabs: Tabs.extend({ defaultProps: { variant: "default" } }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, multiline: true, maw: 320, fz: "xs", openDelay: 150 },
    }),
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f4f6f8",
    "--mantine-color-default-border": "#dce1e7",
    "--mantine-color-dimmed": "#5b6675",
    ...palette.light,
  },
  dark: {
    "--mantine-color-default-border": "#252e39",
    "--mantine-color-dimmed": "#929dac",
    "--mantine-color-error": "#f4606a",
    ...palette.dark,
  },
});
