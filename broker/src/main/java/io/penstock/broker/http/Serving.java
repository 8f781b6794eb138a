package io.penstock.broker.http;

import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.StoredResults;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.settings.WaitSettings;
import io.penstock.broker.submission.AcceptedRequests;
import io.penstock.broker.submission.Submissions;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What serves requests, for the controllers.
 *
 * @param submissions judges and submits
 * @param gateway cancels
 * @param cancellations cancels for callers that have gone
 * @param watches who waits for what
 * @param recent what is known of requests
 * @param accepted notes of requests of which the log may say nothing yet
 * @param results reads results again
 * @param waits how long callers may wait
 * @param connections bounds of connections
 * @param answers the memory of answers that were not read yet
 * @param timer for what happens later
 */
public record Serving(
    Submissions submissions,
    RequestGateway gateway,
    Cancellations cancellations,
    Watches watches,
    RecentRequests recent,
    AcceptedRequests accepted,
    StoredResults results,
    WaitSettings waits,
    ConnectionSettings connections,
    AnswerBudget answers,
    ScheduledExecutorService timer) {}
