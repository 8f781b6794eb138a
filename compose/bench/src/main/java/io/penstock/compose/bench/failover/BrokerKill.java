package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.failover.FailoverBench.KilledParts;
import io.penstock.compose.bench.rig.BenchBrokers;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.InSync;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Kills the broker that is the active controller, and later starts it again on its folder. Once it
 * is in sync it gets back the partitions it is to lead, all under load.
 */
final class BrokerKill {

  /** Longer than for the other kills: with more processes that are cold the load is too much. */
  private static final Duration WARM_UP = Duration.ofSeconds(40);

  private final FailoverSettings settings;

  BrokerKill(FailoverSettings settings) {
    this.settings = settings;
  }

  BrokerLoss run(BenchProgress progress) throws Exception {
    progress.at("starting %d brokers, the registry and score".formatted(settings.brokers()), 0);
    BenchBrokers brokers = new BenchBrokers(settings.brokers(), settings.brokerSession());
    try (BenchCluster cluster = BenchCluster.start(brokers)) {
      progress.at("starting two dispatch processes and two workers", 0.15);
      KilledParts _ = KilledParts.start(cluster, DisturbedLoad.register(cluster), settings);
      try (DisturbedLoad load = new DisturbedLoad(cluster, settings.brokerRate());
          Admin admin = Admin.create(cluster.connection().with(Map.of()))) {
        progress.at("warm-up", 0.3);
        load.warmUp(WARM_UP);
        InSync.await(admin);
        BrokerRoles roles = BrokerRoles.ofController(admin, cluster.topics().names());
        progress.at("killing a broker", 0.37);
        Recovery killed = load.run(settings.time(), () -> brokers.kill(roles.node()));
        progress.at("starting the broker again", 0.67);
        Return back = new Return(brokers, roles.node(), admin);
        Recovery recovery = load.run(settings.time(), back);
        progress.at("stopping", 0.97);
        return new BrokerLoss(roles, killed, recovery, back.ready, back.inSync);
      }
    }
  }

  /** A broker comes back. */
  private static final class Return implements DisturbedLoad.Disturbance {

    private final BenchBrokers brokers;
    private final int node;
    private final Admin admin;
    private volatile Duration ready = Duration.ZERO;
    private volatile Duration inSync = Duration.ZERO;

    Return(BenchBrokers brokers, int node, Admin admin) {
      this.brokers = brokers;
      this.node = node;
      this.admin = admin;
    }

    @Override
    public void happen() throws Exception {
      long begin = System.nanoTime();
      brokers.restart(node);
      ready = Duration.ofNanos(System.nanoTime() - begin);
      InSync.await(admin);
      inSync = Duration.ofNanos(System.nanoTime() - begin);
      InSync.leadAsPreferred(admin);
    }
  }
}
