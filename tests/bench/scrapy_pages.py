"""Scrapy over the pages of `tests.bench.page_server`; run by `bench_fetch` with a Python that has Scrapy.

It does what `gongkai` does there: obeys robots.txt, follows listings, keeps each body under its SHA-256.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess


class Pages(scrapy.Spider):
    name = "pages"
    found = 0

    def __init__(self, address, folder):
        super().__init__()
        self.start_urls = [address]
        self.folder = Path(folder)

    def parse(self, response):
        self.keep(response)
        for href in response.css("a::attr(href)").getall():
            is_report = href.startswith("/r/")
            yield response.follow(href, self.report if is_report else self.parse)

    def report(self, response):
        self.keep(response)
        Pages.found += 1

    def keep(self, response):
        name = hashlib.sha256(response.body).hexdigest()
        path = self.folder / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(response.body)


settings = {
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "TELNETCONSOLE_ENABLED": False,
}
process = CrawlerProcess(settings)
process.crawl(Pages, address=sys.argv[1], folder=sys.argv[2])
process.start()
print(json.dumps({"found": Pages.found, "cpu": time.process_time()}))
