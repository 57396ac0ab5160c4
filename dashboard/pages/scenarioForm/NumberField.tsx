import { NumberInput } from "@mantine/core";
import type { NumberText } from "./formValues.ts";
import type { ScenarioForm } from "./useScenarioForm.ts";

interface NumberFieldProps {
  form: ScenarioForm;
  /** Path in the document, where its problems are shown. */
  path: string;
  label: string;
  unit?: string;
  description?: string;
  value: NumberText;
  onChange: (value: NumberText) => void;
  step?: number;
  whole?: boolean;
  placeholder?: string;
  disabled?: boolean;
}

/** A number with its unit; the controller judges it, the field only refuses letters. */
export function NumberField(props: NumberFieldProps) {
  const { form, path, label, unit, description, value, onChange, step, whole = false } = props;
  return (
    <NumberInput
      label={label}
      description={description}
      value={value}
      onChange={onChange}
      suffix={unit === undefined ? "" : ` ${unit}`}
      step={step ?? 1}
      min={0}
      allowNegative={false}
      allowDecimal={!whole}
      decimalScale={3}
      thousandSeparator=","
      placeholder={props.placeholder ?? ""}
      disabled={props.disabled ?? false}
      error={form.problemAt(path)}
      name={path}
      data-testid={`field-${path}`}
    />
  );
}
