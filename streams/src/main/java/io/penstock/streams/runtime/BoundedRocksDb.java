package io.penstock.streams.runtime;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Keeps all RocksDB instances of the process, a few per partition of each job, within one budget of
 * memory; Kafka's defaults would take about 100 MB each.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

  private static final long CACHE_BYTES = 64L << 20;
  private static final long WRITE_BUFFERS_BYTES = 32L << 20;
  private static final long WRITE_BUFFER_BYTES = 4L << 20;

  /** Shared by all instances of the process, and so never closed. */
  private static final Cache CACHE;

  private static final WriteBufferManager WRITE_BUFFERS;

  static {
    // This class may be met before the first store has loaded the native library.
    RocksDB.loadLibrary();
    CACHE = new LRUCache(CACHE_BYTES);
    WRITE_BUFFERS = new WriteBufferManager(WRITE_BUFFERS_BYTES, CACHE);
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing here belongs to one store.
  }
}
