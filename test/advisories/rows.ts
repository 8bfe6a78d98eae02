/** Published weaknesses of other implementations, and where each is tried on ours; or why it is not. */

/** Those that tests of this folder carry in their names. */
export const TRIED: readonly string[] = `
CVE-2016-10542 CVE-2016-10544 CVE-2018-1000518 CVE-2026-1526 CVE-2026-39804 CVE-2026-54490 CVE-2026-54464 CVE-2026-83599
CVE-2026-107227 CVE-2014-0193 CVE-2026-42786 CVE-2026-9675 CVE-2026-48779 ws_#2329 CVE-2026-62389 CVE-2026-12151
CVE-2026-123817 CVE-2026-44545 CVE-2026-19204 CVE-2022-35922 CVE-2026-15565 CVE-2021-3690 CVE-2020-36048 CVE-2020-36049
CVE-2026-33151 CVE-2026-69185 CVE-2026-54463 CVE-2026-54465 CVE-2024-23672 WS-2017-0421 CVE-2024-37890 CVE-2026-1528
CVE-2026-2229 CVE-2026-85024 CVE-2022-21676 CVE-2022-41940 CVE-2023-31125 CVE-2024-38355 GHSA-4pcg-wr6c-h9cq
CVE-2023-32695 CVE-2022-2421 websockets_17.0.1 CVE-2017-2670 CVE-2020-13935 CVE-2020-27813 CVE-2026-50161 CVE-2021-32640
CVE-2020-7662 CVE-2020-7663 CVE-2023-43669 uWS_2024-2026 CVE-2026-59898 CVE-2026-44546 CVE-2026-1527 CVE-2020-35678
CVE-2018-14732 CVE-2025-30360 CVE-2026-112085 CVE-2026-27148 CVE-2026-114126 CVE-2026-44211 GHSA-5gjg-jgh4-gppm
CVE-2020-28481 CVE-2017-16031 CVE-2016-10536 CVE-2020-11050 ws_2022 CVE-2016-10518 CVE-2026-45736 ws_#1600 WS-2017-0107
GHSA-w67g-5rqw-f597 ws_060b6cad Jetty_#6050 ws_8.21.3
`
  .trim()
  .split(/\s+/)
  .map((id) => id.replace("_", " "));

/** Those that are held elsewhere, or that there is nothing of here. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "CVE-2026-21438":
    "test/faults/handshake-limits.test.ts: every way to go gives the place free; rooms in test/manager/rooms.test.ts",
  "CVE-2026-21714": "not applicable: no HTTP/2 yet",
  "CVE-2021-33880":
    "not applicable: no helper compares passwords; docs/security.md names timingSafeEqual",
};
