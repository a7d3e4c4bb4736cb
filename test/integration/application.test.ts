import { BASE, describeLife } from "../applications/life.ts";
import { GO } from "../applications/stories/go.ts";
import { describeProject } from "../site.ts";

describeProject("an application of one's own, on a stack of its own", (project) => {
  before(async () => void (await project().configure(BASE)));
  describeLife(GO, project, { isWhole: false });
});
