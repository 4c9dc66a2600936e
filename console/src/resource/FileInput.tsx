// One file of a form: what the platform takes as a document of a case.
import { UploadOutlined } from "@ant-design/icons";
import { Button, Upload } from "antd";
import { useT } from "../i18n";

/** What the platform takes, and how large. */
export const FILES = ".pdf,.png,.jpg,.jpeg,.xlsx";
export const FILE_MAX = 10 * 1024 * 1024;

interface Props {
  id?: string;
  value?: File | undefined;
  onChange?: (file: File | undefined) => void;
}

export function FileInput({ id, value, onChange }: Props) {
  const t = useT();
  return (
    <Upload
      {...(id === undefined ? {} : { id })}
      accept={FILES}
      maxCount={1}
      fileList={value === undefined ? [] : [{ uid: "1", name: value.name, status: "done" }]}
      beforeUpload={(file) => {
        onChange?.(file);
        return false;
      }}
      onRemove={() => onChange?.(undefined)}
    >
      <Button icon={<UploadOutlined />}>{t("case.chooseFile")}</Button>
    </Upload>
  );
}
