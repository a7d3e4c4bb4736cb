import { describeFaults } from "../applications/faults.ts";
import { describeFolders } from "../applications/folders.ts";
import { BASE, describeLife } from "../applications/life.ts";
import { CHAT } from "../applications/stories/chat.ts";
import { DJANGO } from "../applications/stories/django.ts";
import { GO } from "../applications/stories/go.ts";
import { WORDPRESS } from "../applications/stories/wordpress.ts";
import { describeProject } from "../site.ts";

describeProject("applications that nobody wrote for this project, as one stack that moves through them", (project) => {
  before(async () => void (await project().configure(BASE)));
  for (const story of [GO, CHAT, DJANGO, WORDPRESS]) describeLife(story, project);
  describeFolders(project);
  describeFaults(project);
});
