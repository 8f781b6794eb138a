package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.WorkerBoard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The workers that sent a heartbeat lately, and how to let one go. */
@Controller("/admin/workers")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminWorkers {

  private static final Duration HORIZON = Duration.ofSeconds(30);

  private final OperatorLog log;
  private final InstantSource clock;

  AdminWorkers(OperatorLog log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  @Get
  HttpResponse<byte[]> list() {
    Instant now = clock.instant();
    return Replies.json(200, DocumentJson.list(rows(now).stream().map(row -> json(row, now))));
  }

  @Get("/{id}")
  HttpResponse<byte[]> one(String id) {
    Instant now = clock.instant();
    return Replies.json(200, json(known(id, now), now));
  }

  /** The worker takes no more requests, and stops when it has finished what it has. */
  @Post("/{id}/drain")
  HttpResponse<byte[]> drain(HttpRequest<?> request, String id, @Nullable @Body String body) {
    String reason =
        AdminBody.reason(AdminBody.optional(body, "reason"))
            .orElse("drained by " + Callers.admin(request));
    Instant now = clock.instant();
    WorkerBoard.Row worker = known(id, now);
    log.drain(id, reason);
    return Replies.json(202, json(worker, now));
  }

  private WorkerBoard.Row known(String id, Instant now) {
    return rows(now).stream()
        .filter(row -> row.latest().getWorkerId().equals(id))
        .findFirst()
        .orElseThrow(() -> Refusals.notFound("worker", id));
  }

  private List<WorkerBoard.Row> rows(Instant now) {
    WorkerBoard board = new WorkerBoard();
    log.heartbeats(now.minus(HORIZON), found -> board.add(found.partition(), found.value()));
    return board.rows(now, HORIZON);
  }

  private static ObjectNode json(WorkerBoard.Row row, Instant now) {
    WorkerDemand latest = row.latest();
    boolean paused = row.paused(now).isPresent();
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("id", latest.getWorkerId())
            .put("object", "worker")
            .put("session", latest.getSession())
            .put("state", latest.getState().name().toLowerCase(Locale.ROOT))
            .put("engine", latest.getEngine())
            .put("host", latest.getHost())
            .put("running", latest.getRunning())
            .put("slots", latest.getSlots())
            .put("window", row.window())
            .put("prefill_tokens_per_second", latest.getPrefillTokensPerSecond().orElse(null))
            .put("decode_tokens_per_second", latest.getDecodeTokensPerSecond().orElse(null))
            .put("started_at", latest.getStartedAt().toString())
            .put("heartbeat_at", latest.getSentAt().toString())
            .put(
                "paused_until",
                latest.getPausedUntil().filter(_ -> paused).map(Instant::toString).orElse(null))
            .put("pause_reason", latest.getPauseReason().filter(_ -> paused).orElse(null));
    row.models().forEach(json.putArray("models")::add);
    return json;
  }
}
