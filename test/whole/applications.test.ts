import { describeApplication } from "../applications/life.ts";
import { CHAT } from "../applications/stories/chat.ts";
import { DJANGO } from "../applications/stories/django.ts";
import { GO } from "../applications/stories/go.ts";
import { WORDPRESS } from "../applications/stories/wordpress.ts";

for (const story of [GO, CHAT, DJANGO, WORDPRESS]) describeApplication(story);
