import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: (when: string) =>
    `No connection. This is the copy kept on this device, from ${when}. Its codes work at the door, unless the tickets were returned since.`,
  'zh-Hant': (when: string) =>
    `無法連線。這是此裝置於 ${when} 保存的內容。除非門票之後已退回，代碼仍可入場。`,
};

export function KeptNote({ keptAt }: { keptAt: string }) {
  const { locale, format } = useLocale();
  return <Notice>{words[locale](format.moment(keptAt, format.here))}</Notice>;
}
