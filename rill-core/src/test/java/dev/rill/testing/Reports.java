package dev.rill.testing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What is logged in the name of a class, instead of being printed.
public final class Reports extends Handler implements AutoCloseable {

    private final Logger logger;
    private final CountDownLatch came = new CountDownLatch(1);
    private volatile LogRecord first;

    public Reports(Class<?> name) {
        logger = Logger.getLogger(name.getName());
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /// The first report, of something that Java has to throw away before.
    public LogRecord awaitWithGarbageCollections() throws InterruptedException {
        while (!came.await(10, TimeUnit.MILLISECONDS)) { // who collects must let others run
            System.gc();
        }
        return first;
    }

    @Override
    public void publish(LogRecord entry) {
        if (came.getCount() > 0) {
            first = entry;
            came.countDown();
        }
    }

    @Override
    public void flush() {
        // nothing is kept back
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
