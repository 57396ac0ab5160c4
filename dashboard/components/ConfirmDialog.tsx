import { Button, Group, Modal, Text } from "@mantine/core";

const surface = {
  content: { background: "var(--surface)" },
  header: { background: "var(--surface)" },
};

interface ConfirmDialogProps {
  opened: boolean;
  title: string;
  text: string;
  action: string;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, text, action, busy, onConfirm, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<b>{title}</b>}
      size="sm"
      centered
      styles={surface}
    >
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" loading={busy} onClick={onConfirm} data-testid="confirm" data-autofocus>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
