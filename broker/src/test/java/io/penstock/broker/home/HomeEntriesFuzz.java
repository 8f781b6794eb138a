package io.penstock.broker.home;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.batches.run.BatchRuntime;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.files.FileRegistry;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.responses.ResponseRegistry;
import io.penstock.broker.settings.FileSettings;
import io.penstock.broker.settings.ResponseSettings;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.submission.AcceptedRequests;
import io.penstock.broker.submission.IdempotencyKeys;
import io.penstock.broker.tenants.UseEntries;
import io.penstock.broker.webhooks.delivery.DeliveryService;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.schemas.fuzz.FuzzedJson;
import io.penstock.schemas.fuzz.FuzzedText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The door of the front topic's partitions. Whatever their entries hold, a partition is taken over
 * all the same, the entries that are good are served, and those that have expired are swept.
 */
public final class HomeEntriesFuzz {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private static final StateEntry GOOD_FILE = good("file", "file-good", file("file-good"));
  private static final StateEntry GOOD_BATCH =
      good("batch", "batch_good", batch("batch_good", "COMPLETED"));
  private static final StateEntry GOOD_RESPONSE =
      good(
          "response",
          "resp_good",
          """
          {"tenant":"t","created_at":1796036400,"background":true,"streamed":false,"results_from":3,
           "echo":{"model":"m"},"input":"Hi"}\
          """);

  private static final List<StateEntry> EXAMPLES =
      List.of(
          good("file", "file-1", file("file-1")),
          good("batch", "batch_1", batch("batch_1", "COMPLETED")),
          good("batch", "batch_2", batch("batch_2", "IN_PROGRESS")),
          good(
              "response",
              "resp_1",
              """
              {"tenant":"t","created_at":1796036400,"background":true,"streamed":false,
               "results_from":3,"end":{"partition":0,"offset":7,"at":"2026-11-30T11:59:00Z"},
               "echo":{"model":"m"},"input":"Hi"}\
              """),
          good("response-position", "0", "12"),
          good(
              "accepted-request",
              "r1",
              "{\"tenant\":\"t\",\"at\":1796036400000,\"class\":\"BATCH\",\"model\":\"m\"}"),
          good(
              "idempotency-key",
              "r1",
              "{\"tenant\":\"t\",\"at\":1796036400000,\"fingerprint\":\"f\"}"),
          good("api-key-use", "key_1", "{\"at\":\"2026-11-30T11:59:00Z\"}"),
          good(
              "webhook-delivery",
              "d1",
              """
              {"tenant":"t","type":"batch.completed","subject":"batch_1","home":"batch_1",
               "at":"2026-11-30T11:59:00Z","endpoint":"we_1","begunAt":"2026-11-30T11:59:00Z",
               "attempts":1,"dueAt":"2026-11-30T12:00:00Z","failure":"it"}\
              """),
          good(
              "webhook-dead-letter",
              "d2",
              """
              {"tenant":"t","type":"batch.completed","subject":"batch_2","home":"batch_2",
               "at":"2026-11-30T11:59:00Z","endpoint":"we_1","begunAt":"2026-11-30T11:59:00Z",
               "attempts":9,"dueAt":"2026-11-30T12:00:00Z","reason":"gone",
               "deadAt":"2026-11-30T12:00:00Z"}\
              """),
          good("webhook-position", "0", "{\"offset\":7}"),
          good("webhook-endpoint-status", "we_1", "{\"goneAt\":\"2026-11-30T12:00:00Z\"}"));

  private final MemoryHome log = new MemoryHome();
  private final Homes homes = new OneHome();
  private final MemoryStore blobs = new MemoryStore();
  private final FileRegistry files = new FileRegistry(homes, blobs, _ -> Optional.empty());
  private final BatchCoordinator batches =
      new BatchCoordinator(
          homes,
          new BatchRuntime(
              new BatchMachine(FileSettings.DEFAULT.grace()),
              InputLimits.of(10_000),
              (_, _, _, _) -> {
                throw new IllegalStateException("nothing is judged here");
              },
              (_, _, _) -> Optional.empty(),
              _ -> 0,
              blobs,
              new SilentGateway(),
              FileSettings.DEFAULT.outputRetention(),
              _ -> {},
              EventAnnouncer.NOBODY),
          FileSettings.DEFAULT.batchRetention(),
          () -> NOW);
  private final ResponseRegistry responses =
      new ResponseRegistry(homes, ResponseSettings.DEFAULT, DAY);
  private final List<PartitionListener> listeners =
      List.of(
          files,
          batches,
          responses,
          new AcceptedRequests(homes, new RecentRequests(10), DAY, 10),
          new IdempotencyKeys(homes),
          new UseEntries(),
          new DeliveryService(
              homes,
              new EndpointDirectory(),
              WebhookSettings.DEFAULT,
              (_, _, _) -> {
                throw new IllegalStateException("nothing is sent here");
              },
              new WebhookMetrics(new SimpleMeterRegistry()),
              () -> NOW));

  private HomeEntriesFuzz() {}

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    new HomeEntriesFuzz().take(data);
  }

  private static StateEntry good(String kind, String id, String document) {
    return new StateEntry(kind, id, document.getBytes(StandardCharsets.UTF_8));
  }

  private static String file(String id) {
    return """
    {"id":"%s","tenant":"t","purpose":"batch","name":"a.jsonl","createdAt":1796036400000,
     "expiresAt":1796136400000,"pieces":["files/one",5]}\
    """
        .formatted(id);
  }

  private static String batch(String id, String status) {
    return """
    {"order":{"id":"%s","tenant":"t","endpoint":"/v1/chat/completions","inputFile":"file-1",
      "inputBlob":"files/one","window":"24h","metadata":{"a":"b"},"outputExpiresAfter":3600,
      "outputFile":"file-2","errorFile":"file-3","createdAt":1796036400000,"webhook":"we_1",
      "origin":{"api":"OPENAI","keyId":"k","repeatKey":null,"fingerprint":null}},
     "status":"%s","reached":{"VALIDATING":1796036400000,"COMPLETED":1796036400000},
     "total":2,"model":"m","fed":1,"fedOffset":10,"answered":"eJxjBAAAAgAC","resultsOffset":5,
     "output":[1,0,10],"errors":[],"tally":[1,0,0,0,0,0,0],
     "faults":[{"code":"c","message":"m","line":1,"param":"p"}]}\
    """
        .formatted(id, status);
  }

  private void take(FuzzedDataProvider data) {
    List<StateEntry> entries = new ArrayList<>();
    for (int i = data.consumeInt(1, 4); i > 0; i--) {
      StateEntry example = data.pickValue(EXAMPLES);
      byte[] document =
          data.consumeInt(0, 9) == 0
              ? FuzzedText.of(data).getBytes(StandardCharsets.UTF_8)
              : FuzzedJson.bytes(new String(example.document(), StandardCharsets.UTF_8), data);
      entries.add(new StateEntry(example.kind(), example.id(), document));
    }
    entries.addAll(List.of(GOOD_FILE, GOOD_BATCH, GOOD_RESPONSE));
    Home home = new Home(0, entries, log);
    try {
      listeners.forEach(each -> each.taken(home));
      listeners.forEach(each -> each.upToDate(0));
      assertThat(files.find("t", "file-good", NOW)).isPresent();
      assertThat(batches.find("t", "batch_good")).isPresent();
      assertThat(responses.find("t", "resp_good", NOW)).isPresent();
      files.sweep(NOW);
      batches.sweep(NOW);
      responses.sweep(NOW);
      Instant late = NOW.plus(Duration.ofDays(400));
      files.sweep(late);
      batches.sweep(late);
      assertThat(files.find("t", "file-good", NOW)).isEmpty();
      assertThat(batches.find("t", "batch_good")).isEmpty();
    } finally {
      listeners.forEach(each -> each.lost(0));
    }
  }
}
