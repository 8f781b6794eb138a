package io.penstock.broker;

import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.ownership.HomeTopics;
import io.penstock.broker.ownership.OwnedHomes;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Clock;

/**
 * What most parts are made from.
 *
 * @param homes the topics that have this front's homes
 * @param owned the homes of this instance
 * @param recent what is remembered of requests
 */
record FrontBase(
    ClusterConnection connection,
    TopicSettings topics,
    HttpSettings settings,
    FrontMetrics metrics,
    AvroSerdes serdes,
    HomeTopics homes,
    OwnedHomes owned,
    RecentRequests recent,
    Clock clock) {

  static FrontBase of(
      ClusterConnection connection,
      TopicSettings topics,
      HttpSettings settings,
      FrontMetrics metrics) {
    HomeTopics homes = new HomeTopics(connection, topics);
    return new FrontBase(
        connection,
        topics,
        settings,
        metrics,
        new AvroSerdes(connection),
        homes,
        new OwnedHomes(homes.count()),
        new RecentRequests(settings.memory().recentRequests()),
        Clock.systemUTC());
  }
}
