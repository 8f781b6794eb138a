package io.penstock.broker.admin;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.following.Patience;
import io.penstock.broker.following.SlowScanException;
import io.penstock.broker.http.HangUp;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.Experiment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reports of what the log holds. Each reads all results of its time, so an instance makes one at a
 * time.
 */
@Controller("/admin")
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminReports {

  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final String USUAL_DIMENSIONS = "tenant,model";
  private static final int MOST_DIMENSIONS = 4;
  private static final int USUAL_LINES = 1000;

  private final OperatorLog log;
  private final LogReports reports;
  private final RoutingPublisher routing;
  private final ModelPublisher models;
  private final InstantSource clock;
  private final Semaphore turn = new Semaphore(1);

  AdminReports(
      OperatorLog log,
      LogReports reports,
      RoutingPublisher routing,
      ModelPublisher models,
      InstantSource clock) {
    this.log = log;
    this.reports = reports;
    this.routing = routing;
    this.models = models;
    this.clock = clock;
  }

  /** What requests cost, and what was saved against always taking one model. */
  @Get("/costs")
  HttpResponse<byte[]> costs(
      HttpRequest<?> request,
      @Nullable @QueryValue String by,
      @Nullable @QueryValue String since,
      @Nullable @QueryValue String until,
      @Nullable @QueryValue String against,
      @Nullable @QueryValue String limit) {
    Instant from = PastTime.read("since", since, clock.instant()).orElse(Instant.EPOCH);
    Optional<Instant> to = PastTime.read("until", until, clock.instant());
    if (to.isPresent() && !from.isBefore(to.get())) {
      throw AdminBody.wrong("since", "it must lie before until");
    }
    LogReports.CostQuestion question =
        new LogReports.CostQuestion(
            dimensions(by),
            to,
            Optional.ofNullable(against),
            AdminBody.limit(limit, LogReports.MOST_LINES, USUAL_LINES));
    ModelCatalog catalog = models.list();
    LogReports.Report report = Refusals.readable(() -> reports.costs(question, catalog));
    return made(request, report, from, patience -> log.results(from, patience, report::add));
  }

  /** What an experiment has found so far. */
  @Get("/experiments/{name}/report")
  HttpResponse<byte[]> experiment(HttpRequest<?> request, String name) {
    Experiment experiment =
        routing.list().experiment(name).orElseThrow(() -> Refusals.notFound("experiment", name));
    Instant started = experiment.startedAt();
    if (started == null) {
      throw new ApiException(
          ApiError.invalid(
              409, "not_possible", "Experiment '%s' was never started.".formatted(name)));
    }
    LogReports.Report report = reports.experiment(experiment);
    return made(
        request,
        report,
        started,
        patience ->
            log.results(started, patience, report::add)
                + log.feedback(started, patience, report::add));
  }

  /**
   * Makes a report, unless the caller goes before it is there.
   *
   * @param from what it reads begins there
   * @param reading reads what it is made of within one patience, and returns how many records could
   *     not be read
   */
  private HttpResponse<byte[]> made(
      HttpRequest<?> request,
      LogReports.Report report,
      Instant from,
      ToLongFunction<Patience> reading) {
    if (!turn.tryAcquire()) {
      throw new ApiException(
          ApiError.unavailable("Another report is being made here; try again later.", PAUSE));
    }
    Patience patience = Patience.of(LogReports.PATIENCE);
    try (HangUp _ = new HangUp(request, patience::giveUp)) {
      long unreadable = reading.applyAsLong(patience);
      return Replies.json(200, report.json().put("unreadable", unreadable));
    } catch (SlowScanException slow) {
      throw new ApiException(
          ApiError.invalid(
              422,
              "too_much_to_read",
              ("The log since %s was not read to its end within %d s. Ask for a shorter time, or"
                      + " let the command line read it from Kafka, for which it takes the time it"
                      + " needs.")
                  .formatted(from, LogReports.PATIENCE.toSeconds())));
    } finally {
      turn.release();
    }
  }

  private static List<String> dimensions(@Nullable String by) {
    List<String> dimensions = List.of((by == null ? USUAL_DIMENSIONS : by).split(",", -1));
    if (dimensions.size() > MOST_DIMENSIONS
        || dimensions.stream().distinct().count() < dimensions.size()) {
      throw AdminBody.wrong("by", "name each of tenant, model, class and day once at most");
    }
    return dimensions;
  }
}
