package io.penstock.compose.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to be the Penstock that other terminals find: one running {@code penstock up} has it at
 * a time, by a lock that ends with its process. Whoever comes later does not take it over.
 */
final class ClusterClaim implements AutoCloseable {

  private final Path file;
  private final FileChannel channel;
  private final @Nullable FileLock lock;
  private @Nullable ClusterFile published;

  private ClusterClaim(Path file, FileChannel channel, @Nullable FileLock lock) {
    this.file = file;
    this.channel = channel;
    this.lock = lock;
  }

  /** Takes the claim to this cluster file, if no other process has it. */
  static ClusterClaim take(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(
            file.resolveSibling("cluster.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    return new ClusterClaim(file, channel, lock(channel));
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  boolean isHeld() {
    return lock != null;
  }

  /** Tells other terminals where this Penstock is. */
  synchronized void publish(ClusterFile own) throws IOException {
    own.write(file);
    published = own;
  }

  /** Gives the claim back, and with it the file that was published. */
  @Override
  public synchronized void close() throws IOException {
    if (published != null) {
      published.remove(file);
      published = null;
    }
    channel.close();
  }
}
