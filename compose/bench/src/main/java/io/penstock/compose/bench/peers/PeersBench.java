package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.SourceTree;
import io.penstock.compose.bench.load.RequestSender;
import io.penstock.compose.bench.rig.BenchFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same work through Penstock and through what users would pick instead, one system after the
 * other on this machine. A peer that is not installed is reported as that; one that fails does not
 * keep the others from being measured.
 */
public final class PeersBench implements Bench {

  private static final Logger LOG = LoggerFactory.getLogger(PeersBench.class);

  /** The longest warm-up of a peer: Node, Python and Erlang are warm sooner than a JVM. */
  private static final Duration PEER_WARM_UP = Duration.ofSeconds(5);

  private final PeersSettings settings;
  private final Optional<Path> scripts;

  public PeersBench(PeersSettings settings) {
    this(settings, SourceTree.bench().map(folder -> folder.resolve("peers")));
  }

  /**
   * @param scripts the folder of the peers' clients, if there is one
   */
  PeersBench(PeersSettings settings, Optional<Path> scripts) {
    this.settings = settings;
    this.scripts = scripts;
  }

  @Override
  public Findings run(BenchProgress progress) throws InterruptedException {
    Map<SystemName, SystemResult> results = new EnumMap<>(SystemName.class);
    double share = 1.0 / settings.systems().size();
    for (SystemName name : settings.systems()) {
      double begin = share * results.size();
      BenchProgress part = progress.part(begin, begin + share);
      results.put(name, result(name, (phase, fraction) -> part.at(name + ": " + phase, fraction)));
    }
    return new PeersReport(settings, results).findings();
  }

  private SystemResult result(SystemName name, BenchProgress progress) throws InterruptedException {
    progress.at("starting", 0);
    try {
      return switch (name) {
        case PENSTOCK -> measure(new PenstockSystem(settings), settings.warmUp(), "", progress);
        case BULLMQ, CELERY, RABBITMQ -> peer(name, progress);
      };
    } catch (Installation.MissingException e) {
      return new SystemResult.NotInstalled(e.getMessage());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      LOG.debug("{} failed", name, e);
      return new SystemResult.Failed(String.valueOf(e.getMessage()));
    }
  }

  private SystemResult peer(SystemName name, BenchProgress progress) throws Exception {
    Path clients =
        scripts.orElseThrow(
            () -> new Installation.MissingException("the checkout with the peers' clients"));
    String version = new Installation(clients).version(name);
    QueueSystem system =
        new PeerSystem(
            name, settings, clients, BenchFolder.make(), RequestSender.body("bench-peers", 1));
    Duration warmUp =
        settings.warmUp().compareTo(PEER_WARM_UP) < 0 ? settings.warmUp() : PEER_WARM_UP;
    return measure(system, warmUp, version, progress);
  }

  private SystemResult measure(
      QueueSystem started, Duration warmUp, String version, BenchProgress progress)
      throws Exception {
    try (QueueSystem system = started) {
      SystemFigures figures = new SystemRun(settings).measure(system, warmUp, progress);
      progress.at("stopping", 0.98);
      return new SystemResult.Measured(version, figures);
    }
  }
}
