// Catch2's main, and a listener that ends every run with one line for ./run to add up:
//
//   summary: 120 passed, 0 failed, 3 skipped
//
// A test case counts as skipped when it says WARN("skipped: why") and fails nothing; its name and reason are listed.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <iostream>
#include <string>

namespace {

class Summary : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo&) override { reason_.clear(); }

  bool assertionEnded(const Catch::AssertionStats& stats) override {
    for (const auto& message : stats.infoMessages) {
      if (message.type == Catch::ResultWas::Warning && message.message.rfind("skipped:", 0) == 0) reason_ = message.message;
    }
    return true;
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (stats.totals.testCases.failed > 0) {
      ++failed_;
    } else if (reason_.empty()) {
      ++passed_;
    } else {
      skipped_.push_back(stats.testInfo.name + ": " + reason_.substr(std::string("skipped: ").size()));
    }
  }

  void testRunEnded(const Catch::TestRunStats&) override {
    for (const std::string& test : skipped_) std::cout << "skipped: " << test << '\n';
    std::cout << "summary: " << passed_ << " passed, " << failed_ << " failed, " << skipped_.size() << " skipped\n";
  }

 private:
  std::string reason_;
  std::size_t passed_ = 0, failed_ = 0;
  std::vector<std::string> skipped_;
};

CATCH_REGISTER_LISTENER(Summary)

}  // namespace
