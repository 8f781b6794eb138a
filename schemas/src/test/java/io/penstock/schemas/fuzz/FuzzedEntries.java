package io.penstock.schemas.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.schemas.RoutingEntry;
import java.time.Instant;
import java.util.List;

/** Entries of the routing topic whose documents are like good ones. */
public final class FuzzedEntries {

  /** A good document: of its kind, and of its name. */
  private record Good(String kind, String name, String document) {}

  private static final List<Good> DOCUMENTS =
      List.of(
          new Good(
              "tenant",
              "acme",
              """
              {"name":"acme","allowedModels":["talker"],"deniedModels":["other"],
               "allowedProviders":["local"],"deniedProviders":[],"allowFallbacks":true,
               "goal":{"strongShare":0.8},"sort":"price",
               "budgets":[{"period":"day","soft":1.0,"hard":10.0}],
               "replyTopics":["replies.acme.*"]}\
              """),
          new Good(
              "alias",
              "smart",
              """
              {"name":"smart","models":["talker","embedder"],"sort":"latency","minQuality":0.1,
               "maxPrice":3.0,"deferBatch":true}\
              """),
          new Good(
              "ladder",
              "talker",
              """
              {"name":"talker","rungs":[{"action":"cap_output","of":"BATCH","enterAbove":0.5,"leaveBelow":0.4,
               "enterSeconds":5,"leaveSeconds":5,"outputTokens":10}]}\
              """),
          new Good(
              "degradation",
              "talker",
              """
              {"name":"talker","active":[{"action":"cheaper_model","of":"BATCH","enterAbove":0.5,"leaveBelow":0.4,
               "enterSeconds":5,"leaveSeconds":5,"outputTokens":10}],"pressure":{"BATCH":0.5},"since":"2026-11-22T12:00:00Z"}\
              """),
          new Good(
              "experiment",
              "e",
              """
              {"name":"e","subject":"talker","arms":[{"name":"a","target":"talker","weight":1},
               {"name":"b","target":"embedder","weight":1}],"unit":"tenant","metric":"feedback",
               "confidence":0.95,"minPerArm":10,"state":"RUNNING",
               "startedAt":"2026-11-22T12:00:00Z"}\
              """),
          new Good(
              "rollout",
              "talker",
              """
              {"name":"talker","from":"blue","to":"green","steps":[{"percent":5,"minSeconds":60,
               "minRequests":50}],"step":0,"percent":5,"state":"CANARY",
               "stateSince":"2026-11-22T12:00:00Z","figures":{"x":1.0}}\
              """),
          new Good(
              "budget-spent",
              "acme",
              """
              {"name":"acme","periods":{"day":{"start":"2026-11-22T00:00:00Z",
               "end":"2026-11-23T00:00:00Z","spent":2.0}}}\
              """),
          new Good(
              "revision",
              "1",
              """
              {"name":"1","summary":"s","appliedAt":"2026-11-22T12:00:00Z","models":"{}"}\
              """));

  private FuzzedEntries() {}

  /** An entry. */
  public static RoutingEntry of(FuzzedDataProvider data) {
    Good good = data.pickValue(DOCUMENTS);
    return RoutingEntry.newBuilder()
        .setKind(good.kind())
        .setName(good.name())
        .setVersion(1)
        .setDocument(FuzzedJson.like(good.document(), data))
        .setChangedBy("ann")
        .setReason(null)
        .setChangedAt(Instant.EPOCH)
        .build();
  }

  /** The record key under which a good entry of this one's kind lies. */
  public static String key(RoutingEntry entry) {
    return entry.getKind() + "/" + entry.getName();
  }
}
